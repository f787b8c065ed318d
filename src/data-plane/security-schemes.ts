/** The ways to present a credential, by the names that Swagger UI shows. */
export const SCHEMES = {
  basic: 'Service token (Basic)',
  clientId: 'Client id',
  clientSecret: 'Client secret',
  privateToken: 'Private token',
  bearer: 'Token of a user',
} as const;
