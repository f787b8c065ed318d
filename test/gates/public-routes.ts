/** The routes of the standalone server that anyone may call, except those of {@link DOCUMENTATION}. */
export const PUBLIC_ROUTES = [
  'GET /health/live',
  'GET /health/ready',
  'GET /cdn-cgi/access/certs',
  'GET /cdn-cgi/access/get-identity',
  'GET /api/v1/server-info',
  'GET /api/v1/server-config',
  'POST /api/v1/users/login',
  'POST /crmapi/rest/v2/authentication/token',
  'POST /crmapi/rest/v2/authentication/consumer_application_key/token',
  'POST /crmapi/rest/v2/authentication/web_api_key/token',
  'POST /latchkey/v1/session',
  'GET /latchkey/v1/session/ways',
  'GET /latchkey/v1/session/openid',
  'GET /latchkey/v1/session/openid/callback',
  'GET /latchkey/v1/problems',
  // Not served; the answer says so to all callers.
  'POST /api/v1/users/register',
  'POST /api/v1/users/confirm-email',
  'POST /api/v1/users/login/saml',
  'POST /api/v1/users/password/create-reset-token',
  'POST /api/v1/users/password/reset',
  'GET /api/v1/users/password/validate-reset-token',
];

/** The pages of Swagger UI and the OpenAPI documents. */
export const DOCUMENTATION = /^GET \/docs(\/|$)/;
