// Runs the compiled flow for the place on standard input and prints what came of it.

import { text } from "node:stream/consumers";
import { runFlow } from "./built/flow.js";

console.log(JSON.stringify(await runFlow(JSON.parse(await text(process.stdin)))));
