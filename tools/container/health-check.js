/** The health check of the container: ends with 0 if the server in it is ready, otherwise with 1 and the reason. */
import http from 'node:http';
import https from 'node:https';

const { HOST = '', PORT = '3000', TLS_CERT_FILE = '' } = process.env;

/** Within the time limit of the check, so that its reason is seen. */
const TIMEOUT_MS = 4000;

const everywhere = ['', '0.0.0.0', '::'].includes(HOST);
const options = {
  host: everywhere ? '127.0.0.1' : HOST,
  port: PORT,
  path: '/health/ready',
  timeout: TIMEOUT_MS,
  agent: false,
  // The certificate is for the name that clients use. The connection does not leave the container.
  rejectUnauthorized: false,
};

const request = (TLS_CERT_FILE === '' ? http : https).get(options, (response) => {
  response.pipe(process.stdout);
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${String(TIMEOUT_MS)} ms`)));
request.on('error', ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});
