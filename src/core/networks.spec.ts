import { describe, expect, it } from '@jest/globals';
import { networksOf } from './networks.js';

describe('the networks of a caller', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
    ['::FFFF:cb00:7107', '203.0.113.7', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:0:7::1', '2001:db8:0:7::/64', '2001:db8:0::/48'],
    ['2001:DB8:0:7:ffff:0:0:1', '2001:db8:0:7::/64', '2001:db8:0::/48'],
    ['2001:0db8:0000:0007::4%eth0', '2001:db8:0:7::/64', '2001:db8:0::/48'],
    ['2001:db8::7:0:0:0:3', '2001:db8:0:7::/64', '2001:db8:0::/48'],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['::1', '0:0:0:0::/64', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
    ['::', '0:0:0:0::/64', '0:0:0::/48'],
  ])('of %s are %s and %s', (address, narrow, wide) => {
    expect(networksOf(address)).toEqual({ narrow, wide });
  });

  it('are a separate one for an invalid and for a missing address', () => {
    expect(networksOf('unknown')).toEqual({ narrow: 'unknown', wide: 'unknown' });
    expect(networksOf(null)).toEqual({ narrow: '', wide: '' });
  });
});
