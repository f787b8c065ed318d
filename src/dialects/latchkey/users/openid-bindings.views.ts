/** Who a user is at OpenID providers, as answers show it (docs/contracts/latchkey.md §4). */
import { ApiProperty } from '../../../internals/index.js';
import type { OpenIdBinding } from '../../../identity/index.js';
import { listOf } from '../query/paging.js';
import { timeView } from '../times.js';

export class OpenIdBindingView {
  @ApiProperty({ example: 'https://id.example.com', description: 'The provider.' })
  issuer!: string;

  @ApiProperty({ example: '248289761001', description: 'Who they are there.' })
  subject!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z', description: 'When they were bound.' })
  created_at!: string;
}

export const OpenIdBindingList = listOf(OpenIdBindingView);

export function openIdBindingView({ issuer, subject, createdAt }: OpenIdBinding): OpenIdBindingView {
  return { issuer, subject, created_at: timeView(createdAt) };
}
