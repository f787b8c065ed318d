/** The dialect's OpenAPI document: what it is called, and what every answer looks like. */
import type { Type } from '@nestjs/common';
import { ApiProperty, DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { documentedRoute, type DocumentedAnswer } from '../../http/index.js';
import { CATALOGUE, type CrmErrorName } from './crm.error-catalogue.js';
import { AccessTokenView, EmptyView, LoginTokenView, PassCodeView, StatusView } from './crm.views.js';

class ErrorStatusView {
  @ApiProperty({ example: CATALOGUE.invalidToken.code })
  code!: string;

  @ApiProperty({ example: '', description: 'Which parameter or value is meant.' })
  description!: string;

  @ApiProperty({ example: CATALOGUE.invalidToken.message, description: 'For people.' })
  message!: string;
}

class ErrorEnvelope {
  @ApiProperty()
  status!: ErrorStatusView;

  @ApiProperty({ type: Object, example: {} })
  data!: object;
}

class AccessTokenEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: AccessTokenView;
}

class AccessTokenListEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty({ type: [AccessTokenView] })
  data!: AccessTokenView[];
}

class PassCodeEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: PassCodeView;
}

class LoginTokenEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: LoginTokenView;
}

class EmptyEnvelope {
  @ApiProperty()
  status!: StatusView;

  @ApiProperty()
  data!: EmptyView;
}

const ENVELOPES = {
  accessToken: AccessTokenEnvelope,
  accessTokens: AccessTokenListEnvelope,
  passCode: PassCodeEnvelope,
  loginToken: LoginTokenEnvelope,
  nothing: EmptyEnvelope,
} as const;

export interface MethodDocs {
  summary: string;
  description?: string;
  /** The JSON body; GET methods document their query by themselves. */
  body?: Type;
  data: keyof typeof ENVELOPES;
  errors?: CrmErrorName[];
}

/** Documents a method; successes are 200, errors too unless the server is told to send statuses. */
export function Documented({ data, errors = [], ...route }: MethodDocs): MethodDecorator {
  const success = { status: 200, description: successDescription(errors), type: ENVELOPES[data] };
  const statuses = [...new Set(errors.map((name) => CATALOGUE[name].status))];
  const answers = statuses.map((status) =>
    errorAnswer(
      status,
      errors.filter((name) => CATALOGUE[name].status === status),
    ),
  );
  return documentedRoute({ ...route, answers: [success, ...answers, errorAnswer(503, ['unavailable'])] });
}

function successDescription(errors: CrmErrorName[]): string {
  const codes = errors.map((name) => `\`${CATALOGUE[name].code}\``).join(', ');
  return `Done when \`status.code\` is \`OK\`. By default errors come with this HTTP status as well: ${codes}.`;
}

function errorAnswer(status: number, names: CrmErrorName[]): DocumentedAnswer {
  const [first = 'unexpected'] = names;
  const { code, message } = CATALOGUE[first];
  return {
    status,
    description: `With \`CRM_HTTP_ERRORS=status\`: ${names.map((name) => CATALOGUE[name].message).join(' ')}`,
    type: ErrorEnvelope,
    example: { status: { code, description: '', message }, data: {} },
  };
}

/** The document without its paths. */
export function crmDocument(): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setTitle('Latchkey: CRM')
    .setDescription(
      'Access tokens in the form of CRM.COM’s Web API: log in with `authentication/token`, then give the `token` with every call.',
    )
    .setVersion('2')
    .build();
}
