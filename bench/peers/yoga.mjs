// GraphQL Yoga on Node's own HTTP server; it keeps parsed and validated documents.
import { createServer } from "node:http";

import { createSchema, createYoga } from "graphql-yoga";

import { resolvers, typeDefs } from "./resolvers.mjs";
import { newLoaders } from "./tables.mjs";

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: () => ({ loaders: newLoaders() }),
  graphiql: false,
  logging: "error",
});
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");
