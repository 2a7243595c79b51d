// Apollo Server, standing alone; it keeps parsed and validated documents.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

import { resolvers, typeDefs } from "./resolvers.mjs";
import { newLoaders } from "./tables.mjs";

const server = new ApolloServer({ typeDefs, resolvers });
await startStandaloneServer(server, {
  context: async () => ({ loaders: newLoaders() }),
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
});
