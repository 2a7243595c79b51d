// Mercurius on Fastify; an operation is compiled when it is asked for the second time.
import Fastify from "fastify";
import mercurius from "mercurius";

import { resolvers, typeDefs } from "./resolvers.mjs";
import { newLoaders } from "./tables.mjs";

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: () => ({ loaders: newLoaders() }) });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
