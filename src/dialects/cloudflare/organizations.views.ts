/** Organizations in answers (docs/contracts/cloudflare.md §10.3). */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import type { Organization } from '../../applications/index.js';
import { toSeconds } from './cloudflare.views.js';

/** Also has the other members that were sent. */
export class OrganizationView {
  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ example: 'acme.access.example.com' })
  auth_domain!: string;

  @ApiProperty({ example: true })
  strict_service_token_auth!: boolean;

  @ApiPropertyOptional({
    type: Object,
    example: { enabled: true, inactivity_threshold_days: 90, action: 'disable' },
  })
  service_token_inactivity?: object;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  created_at!: string;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  updated_at!: string;
}

export function organizationView(organization: Organization): OrganizationView {
  const { inactivityEnabled, inactivityDays, inactivityAction } = organization;
  const inactivity = {
    enabled: inactivityEnabled,
    inactivity_threshold_days: inactivityDays,
    action: inactivityAction,
  };
  return {
    ...organization.extra,
    name: organization.name,
    auth_domain: organization.authDomain,
    strict_service_token_auth: true,
    ...(inactivityDays !== null && { service_token_inactivity: inactivity }),
    created_at: toSeconds(organization.createdAt),
    updated_at: toSeconds(organization.updatedAt),
  };
}
