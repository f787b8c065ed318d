/** Zones in answers (docs/contracts/cloudflare.md §10.5). */
import { ApiProperty, PickType } from '../../internals/index.js';
import type { Zone } from '../../applications/index.js';
import { toSeconds } from './cloudflare.views.js';

class ZoneAccountView {
  @ApiProperty({ example: '023e105f4ecef8ad9ca31a8372d0c353' })
  id!: string;

  @ApiProperty({ example: 'Acme' })
  name!: string;
}

export class ZoneView {
  @ApiProperty({ example: '353bd5d1a7c0d8b6d0a3f3c86aab0b65', description: '32 lower-case hex characters.' })
  id!: string;

  @ApiProperty({ example: 'example.org' })
  name!: string;

  @ApiProperty({ example: 'active' })
  status!: string;

  @ApiProperty({ example: false })
  paused!: boolean;

  @ApiProperty({ example: 'full' })
  type!: string;

  @ApiProperty()
  account!: ZoneAccountView;

  @ApiProperty({ type: [String], example: [], description: 'This server has none: it answers no DNS.' })
  name_servers!: string[];

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  created_on!: string;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  modified_on!: string;
}

/** The id of a deleted zone. */
export class ZoneIdView extends PickType(ZoneView, ['id']) {}

export function zoneView({ id, name, accountId, createdAt, updatedAt }: Zone, accountName: string): ZoneView {
  return {
    id,
    name,
    status: 'active',
    paused: false,
    type: 'full',
    account: { id: accountId, name: accountName },
    name_servers: [],
    created_on: toSeconds(createdAt),
    modified_on: toSeconds(updatedAt),
  };
}
