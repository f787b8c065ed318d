/** PostgreSQL addresses as libpq reads them: hosts, ports, and what is refused. */
import { describe, expect, it } from '@jest/globals';
import { readPostgresAddress } from './postgres-address.js';

describe('an address', () => {
  it.each([
    [
      'postgres://u:p@a,b:6000,[::1]:7000/db',
      [
        ['a', 5432],
        ['b', 6000],
        ['::1', 7000],
      ],
    ],
    [
      'postgres:///db?host=/run/one,/run/two&port=1,2',
      [
        ['/run/one', 1],
        ['/run/two', 2],
      ],
    ],
    ['postgres:///db?host=/var/run/postgresql', [['/var/run/postgresql', 5432]]],
  ])('has the hosts of %s', (text, hosts) => {
    const address = readPostgresAddress(text);
    expect(typeof address === 'string' ? address : address.endpoints.map(({ host, port }) => [host, port])).toEqual(
      hosts,
    );
  });

  it.each([
    ['postgres://u:p@a:x/db', 'is not a valid URL'],
    ['postgres://u:p@a,b:0/db', 'has a host or a port that is not valid'],
    ['postgres://a/db?host=a,b,c&port=1,2', 'has another number of ports than of hosts'],
    ['postgres://a/db?sslmode=on', 'has an sslmode other than'],
    ['postgres://a/db?sslmode=verify-ca', 'has sslmode=verify-ca without sslrootcert'],
    ['postgres://a/db?sslcert=x', 'has only one of sslcert and sslkey'],
    ['postgres://a/db?target_session_attrs=master', 'has target_session_attrs other than'],
  ])('is refused: %s', (text, reason) => {
    expect(readPostgresAddress(text)).toContain(reason);
  });
});
