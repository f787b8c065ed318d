/** What the edge shows (docs/contracts/access-edge.md §16 to §21, docs/contracts/cloudflare.md §6.2). */
import { ApiProperty } from '../../../internals/index.js';
import type { PublicKey, PublishedKey } from '../../../assertions/index.js';

const KID = '1a1c3986a44ce6390be42ec772b031df8f433fdc71716db821dc0c39af3bce49';
const CERT = '-----BEGIN CERTIFICATE-----\nMIIC…\n-----END CERTIFICATE-----\n';

class KeyView implements PublicKey {
  @ApiProperty({ example: KID, description: 'The id of the key, 64 lower-case hex characters.' })
  kid!: string;

  @ApiProperty({ enum: ['RSA'], example: 'RSA' })
  kty!: 'RSA';

  @ApiProperty({ enum: ['RS256'], example: 'RS256' })
  alg!: 'RS256';

  @ApiProperty({ enum: ['sig'], example: 'sig' })
  use!: 'sig';

  @ApiProperty({ example: 'AQAB' })
  e!: string;

  @ApiProperty({ example: 'u1V0…' })
  n!: string;
}

class CertificateView {
  @ApiProperty({ example: KID })
  kid!: string;

  @ApiProperty({ example: CERT, description: 'An X.509 certificate of the key, in PEM.' })
  cert!: string;
}

export class CertsView {
  @ApiProperty({ type: [KeyView], description: 'The key that signs, the next one, and the previous one for 7 days.' })
  keys!: KeyView[];

  @ApiProperty({ type: CertificateView, description: 'Of the key that signs.' })
  public_cert!: CertificateView;

  @ApiProperty({ type: [CertificateView], description: 'Of all keys.' })
  public_certs!: CertificateView[];
}

/** Whose application token it is: of the members that the vendor shows, those that a service token has. */
export interface IdentityView {
  /** The client id. */
  readonly service_token_id: string;
  readonly service_token_status: boolean;
  readonly common_name: string;
  readonly type: string;
  readonly aud: readonly string[];
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
}

export interface NoIdentityView {
  readonly err: string;
}

export function certsView(published: readonly PublishedKey[]): CertsView {
  const certificates = published.map(({ publicKey, certificate }) => ({ kid: publicKey.kid, cert: certificate }));
  return {
    keys: published.map(({ publicKey }) => ({ ...publicKey })),
    public_cert: certificates[0] ?? { kid: '', cert: '' },
    public_certs: certificates,
  };
}
