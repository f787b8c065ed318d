/** The same as `wrk.lua` with autocannon, for machines without wrk: arguments and output are alike. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url, file, connections, seconds] = process.argv.slice(2);

const requests = readFileSync(file, 'utf8').split('\0').map(parsed);

function parsed(text) {
  const [head, body] = text.split('\r\n\r\n');
  const [line, ...headers] = head.split('\r\n');
  const [method, path] = line.split(' ');
  return { method, path, headers: Object.fromEntries(headers.map((header) => header.split(': '))), body };
}

const atRandom = (request) => ({ ...request, ...requests[Math.floor(Math.random() * requests.length)] });

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: requests.length === 1 ? requests : [{ setupRequest: atRandom }],
});

const outcome = {
  requests: result.requests.total,
  seconds: result.duration,
  refused: result.non2xx,
  broken: result.errors + result.timeouts,
  p50: result.latency.p50,
  p99: result.latency.p99,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
