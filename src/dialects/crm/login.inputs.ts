/** The parameters of the logins: their OpenAPI documentation, and functions that read them. */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { readAccessTokenIdentifier, type AccessTokenIdentifier } from './access-token-identifier.js';
import { AccessTokenIdentifierInput } from './access-tokens.inputs.js';
import type { Parameters } from './parameters.js';
import { NO_CONSUMER, NO_JWT } from './refused-parameters.js';

/** The account that the example of a login names. */
export const EXAMPLE_ORGANISATION = '023e105f4ecef8ad9ca31a8372d0c353';

export class LoginInput {
  @ApiProperty({ format: 'email', example: 'admin@example.com', description: 'The user’s e-mail address.' })
  username!: string;

  @ApiProperty({ format: 'password', example: 'correct horse', description: 'Enter your own.' })
  password!: string;

  @ApiProperty({ example: EXAMPLE_ORGANISATION, description: 'Name or id of the organisation (account).' })
  organisation!: string;

  @ApiPropertyOptional({ example: '1', description: 'The organisation’s only unit, `1`.' })
  unit?: string;
}

export class KeyLoginInput {
  @ApiPropertyOptional({ example: EXAMPLE_ORGANISATION, description: 'Needed if the user acts in several.' })
  organisation?: string;

  @ApiPropertyOptional({ example: '1', description: 'The organisation’s only unit, `1`.' })
  unit?: string;
}

export class ConsumerLoginInput extends KeyLoginInput {
  @ApiProperty()
  access_token_identifier!: AccessTokenIdentifierInput;
}

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly organisation: string;
  readonly unit: string | undefined;
}

/** @throws CrmError `parameterMissing`, `invalidParameter` */
export function readLogin(given: Parameters): Login {
  given.refuse(NO_CONSUMER);
  return {
    username: given.required('username'),
    password: given.required('password'),
    organisation: given.required('organisation'),
    unit: given.optional('unit'),
  };
}

export type KeyLogin = Pick<Login, 'unit'> & { readonly organisation: string | undefined };

/** @throws CrmError `invalidParameter` */
export function readKeyLogin(given: Parameters): KeyLogin {
  given.refuse(NO_CONSUMER);
  return organisationAndUnit(given);
}

function organisationAndUnit(given: Parameters): KeyLogin {
  return { organisation: given.optional('organisation'), unit: given.optional('unit') };
}

export type ConsumerLogin = KeyLogin & { readonly named: AccessTokenIdentifier };

/** @throws CrmError `parameterMissing`, `semiOptional`, `invalidParameter` */
export function readConsumerLogin(given: Parameters): ConsumerLogin {
  given.refuse(NO_JWT);
  return { ...organisationAndUnit(given), named: readAccessTokenIdentifier(given) };
}
