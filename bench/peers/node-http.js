/** Bare `node:http`: what a server costs that does nothing. */
import { createServer } from 'node:http';
import { listen } from './ready.js';

const BODY = '{"ok":true}';
const HEADERS = { 'Content-Type': 'application/json', 'Content-Length': String(BODY.length) };

const server = createServer((_request, response) => {
  response.writeHead(200, HEADERS);
  response.end(BODY);
});

listen(server, { bare: { method: 'GET', path: '/' } });
