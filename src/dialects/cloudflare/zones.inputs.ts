/** Request bodies of zones (docs/contracts/cloudflare.md §10.5). */
import { Allow } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { readDomain } from '../../applications/index.js';
import { Rule, isObject } from './input-rules.js';

const isZoneName = (value: unknown): boolean => typeof value === 'string' && readDomain(value) !== undefined;
const HEX_ID = /^[0-9a-f]{32}$/i;
const accountIdIn = (value: unknown): unknown => (isObject(value) ? value.id : undefined);

export class ZoneInput {
  @ApiProperty({ maxLength: 253, example: 'example.org', description: 'Unique on this server.' })
  @Rule(isZoneName, 'name must be a domain, such as "example.com"')
  name!: string;

  @ApiProperty({ type: Object, example: { id: '023e105f4ecef8ad9ca31a8372d0c353' }, description: 'Whose it is.' })
  @Rule(
    (value) => typeof accountIdIn(value) === 'string' && HEX_ID.test(String(accountIdIn(value))),
    'account must be an object with the id of an account, 32 hex characters',
  )
  account!: unknown;

  @ApiPropertyOptional({ type: String, example: 'full', description: 'Ignored.' })
  @Allow()
  type?: unknown;
}

/** The id of the account in a body. */
export function accountOf({ account }: ZoneInput): string {
  return String(accountIdIn(account)).toLowerCase();
}
