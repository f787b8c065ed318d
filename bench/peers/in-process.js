/** The product's verifier in this process and a bare SHA-256, in turns; prints calls a second as JSON. */
import { hash } from 'node:crypto';
import { loadConfig } from '../../dist/config/index.js';
import { Secret, Verifier } from '../../dist/core/index.js';
import { createServer } from '../../dist/standalone/server.js';

const [file, clientId, clientSecret, rounds, seconds] = process.argv.slice(2);

/** Calls between two looks at the clock. */
const STRIDE = 2000;

const server = await createServer(loadConfig({ DATABASE_URL: `sqlite:${file}` }));
const verifier = server.app.get(Verifier, { strict: false });

async function verify() {
  const secret = new Secret(clientSecret);
  const { status } = await verifier.verify({ kind: 'service_token', handle: clientId, secret });
  if (status !== 'valid') throw new Error(`the token is ${status}`);
}

function bareHash() {
  return hash('sha256', clientSecret);
}

/** Each is called in a loop of its own: an `await` for what needs none would count against it. */
async function verifications() {
  for (let call = 0; call < STRIDE; call += 1) await verify();
}

function hashes() {
  for (let call = 0; call < STRIDE; call += 1) bareHash();
}

async function rate(calls) {
  const began = performance.now();
  const end = began + Number(seconds) * 1000;
  let done = 0;
  for (; performance.now() < end; done += STRIDE) await calls();
  return (done / (performance.now() - began)) * 1000;
}

const rates = { verify: [], hash: [] };
for (const warm of [verifications, hashes]) await warm();
for (let round = 0; round < Number(rounds); round += 1) {
  rates.verify.push(await rate(verifications));
  rates.hash.push(await rate(hashes));
}
process.stdout.write(JSON.stringify(rates));
await server.stop();
