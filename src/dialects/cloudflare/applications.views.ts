/** Applications in answers (docs/contracts/cloudflare.md §10.1). */
import { ApiProperty, ApiPropertyOptional, PickType } from '../../internals/index.js';
import type { ApplicationWithPolicies } from '../../applications/index.js';
import { toSeconds } from './cloudflare.views.js';
import { AppliedPolicyView, appliedPolicyView } from './policies.views.js';

/** What the vendor shows where none was sent. */
const DEFAULT_SESSION = '24h';

/** Also has the other members that were sent. */
export class ApplicationView {
  @ApiProperty({ format: 'uuid', example: 'b7d1c8a2-0c5e-4a39-8f3e-5a9b6d1e2c47' })
  id!: string;

  @ApiProperty({
    example: '737646a56ab1df6ec9bddc7e5ca84eaf3b0768850f3ffb5d74f1534911fe3893',
    description: 'The audience tag, 64 lower-case hex characters. It never changes.',
  })
  aud!: string;

  @ApiProperty({ example: 'Build server' })
  name!: string;

  @ApiProperty({ example: 'build.example.com/api' })
  domain!: string;

  @ApiProperty({ example: 'self_hosted' })
  type!: string;

  @ApiPropertyOptional({ type: [String] })
  self_hosted_domains?: string[];

  @ApiPropertyOptional({ type: [Object] })
  destinations?: object[];

  @ApiProperty({ example: '24h' })
  session_duration!: string;

  @ApiProperty({ example: false })
  options_preflight_bypass!: boolean;

  @ApiProperty({ example: false })
  service_auth_401_redirect!: boolean;

  @ApiPropertyOptional({ type: String, nullable: true })
  read_service_tokens_from_header?: string | null;

  @ApiProperty({ type: [AppliedPolicyView], description: 'In the order in which they are asked.' })
  policies!: AppliedPolicyView[];

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  created_at!: string;

  @ApiProperty({ example: '2026-10-05T12:00:00Z' })
  updated_at!: string;
}

/** The id of a deleted application. */
export class ApplicationIdView extends PickType(ApplicationView, ['id']) {}

export function applicationView({ application, policies }: ApplicationWithPolicies): ApplicationView {
  return {
    ...application.extra,
    id: application.id,
    aud: application.aud,
    name: application.name,
    domain: application.domain ?? '',
    type: application.type,
    session_duration: application.sessionDuration ?? DEFAULT_SESSION,
    options_preflight_bypass: application.passesPreflight,
    service_auth_401_redirect: application.answersUnauthorized,
    policies: policies.map(appliedPolicyView),
    created_at: toSeconds(application.createdAt),
    updated_at: toSeconds(application.updatedAt),
  };
}
