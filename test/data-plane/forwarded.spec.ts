import { expect, it } from '@jest/globals';
import { AuditRecord } from '../../src/core/index.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';
import { basic, bearer, dataPlaneSuite, pair, privately, sendForm, type DataPlane, type Headers } from './support.js';

const ELSEWHERE = '203.0.113.7';

/** Headers by which clients could try to hide where they come from. */
const FORGED: Headers[] = [
  { 'X-Forwarded-For': ELSEWHERE, 'X-Real-IP': ELSEWHERE },
  { 'X-Forwarded-For': `127.0.0.1, ${ELSEWHERE}, 127.0.0.1`, Forwarded: `for=${ELSEWHERE};proto=https;host=x` },
  { 'X-Forwarded-Host': 'trusted.example.com', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Port': '443' },
  {
    'X-Forwarded-Uri': '/verify?kind=session',
    'X-Original-URL': '/verify?kind=session',
    'X-Rewrite-URL': '/health/live',
  },
  { 'X-Forwarded-Method': 'DELETE', 'X-HTTP-Method-Override': 'DELETE', 'X-Original-Method': 'DELETE' },
  { 'X-Forwarded-Prefix': '/health', 'X-Envoy-Original-Path': '/health/live', 'X-Forwarded-Server': 'x' },
  {
    'X-Forwarded-User': ADMIN.email,
    'X-Forwarded-Email': ADMIN.email,
    'X-Remote-User': '1000',
    'X-Auth-Request-User': 'x',
  },
  { 'X-Forwarded-Client-Cert': 'By=spiffe://x;Hash=00', 'X-Forwarded-Access-Token': ADMIN.token },
];

/** The address in the audit row of a revocation. */
async function addressWrittenDown({ cf }: DataPlane, forged: Headers): Promise<string | null | undefined> {
  const token = await cf.token(ACCOUNT.id);
  const form = { token: token.client_secret };
  expect((await sendForm(cf, 'revoke', { ...basic(token), ...forged }, form)).status).toBe(200);
  const where = { targetId: token.id, action: 'token.revoked' };
  return (await cf.server.dataSource.getRepository(AuditRecord).findOneBy(where))?.ipAddress;
}

dataPlaneSuite('X-Forwarded-* of an untrusted client', (plane) => {
  const { cf, verify } = plane;

  it('change neither what /verify decides nor a byte of its answer', async () => {
    const token = await cf.token(ACCOUNT.id);
    const asked: [headers: Headers, rule: string, status: number][] = [
      [pair(token), '', 200],
      [pair(token), 'kind=service_token', 200],
      [pair(token), 'kind=session', 403],
      [privately(ADMIN.token), `account=${ACCOUNT.id}`, 403],
      [bearer(ADMIN.token), '', 200],
      [{}, '', 401],
      [{}, 'nonsense', 400],
    ];
    for (const [headers, rule, status] of asked) {
      const { date: _then, 'x-request-id': _first, ...expected } = (await verify(headers, rule)).headers;
      for (const forged of FORGED) {
        const reply = await verify({ ...forged, ...headers }, rule);
        const { date: _now, 'x-request-id': _id, ...received } = reply.headers;
        expect([forged, reply.status, received]).toEqual([forged, status, expected]);
      }
    }
  });

  it('change neither who may introspect nor the address in the audit log', async () => {
    const token = await cf.token(ACCOUNT.id);
    for (const forged of FORGED) {
      const refused = await sendForm(cf, 'introspect', forged, { token: token.client_secret });
      expect(refused.status).toBe(401);
      expect(await addressWrittenDown(plane, forged)).toBe('127.0.0.1');
    }
  });
});

dataPlaneSuite(
  'X-Forwarded-For of a trusted proxy',
  (plane) => {
    it('is the address in the audit log, and still changes nothing at /verify', async () => {
      const forged = { 'X-Forwarded-For': ELSEWHERE };
      expect(await addressWrittenDown(plane, forged)).toBe(ELSEWHERE);
      expect(await plane.status(forged)).toBe(401);
    });
  },
  { TRUST_PROXY: '1' },
);
