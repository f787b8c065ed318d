import { describe, expect, it } from '@jest/globals';
import { CHECKED_SECRET_PATTERN, USER_TOKEN_PATTERN, newCheckedSecret } from '../tokens/secret.js';
import { Redaction } from './redaction.js';

const redaction = new Redaction([CHECKED_SECRET_PATTERN, USER_TOKEN_PATTERN, '[0-9A-F]{32}']);

const USER = 'QbhGvPSeh0hLSgfJb120I6by4ao1J5RRd59XmNOQq2g';
const DASHED = '-bhGvPSeh0hL_gfJb120I6by4ao1J5RRd59XmNOQq2-';
const SERVICE = newCheckedSecret('lkst_').reveal();
const LOGIN = '0123456789ABCDEF0123456789ABCDEF';

describe('a path is shown without the secret in it', () => {
  it.each([
    [`/api/v1/users/${USER}`, '/api/v1/users/[secret]'],
    [`/api/v1/users/${DASHED}/x`, '/api/v1/users/[secret]/x'],
    [`/client/v4/${SERVICE}`, '/client/v4/[secret]'],
    [`/client/v4/token=${SERVICE};x`, '/client/v4/token=[secret];x'],
    [`/client/v4/token-${SERVICE}`, '/client/v4/token-[secret]'],
    [`/crmapi/${LOGIN}/${USER}`, '/crmapi/[secret]/[secret]'],
    [`/x/Bearer%20${USER}`, '/x/[secret]'],
    [`/x/%6Ckst_${SERVICE.slice(5)}/y`, '/x/[secret]/y'],
    [`/x/${SERVICE.replace('_', '%5F')}`, '/x/[secret]'],
    [`/x/%ff${USER}`, '/x/[secret]'],
    [`/x/%zz/${USER}`, '/x/%zz/[secret]'],
  ])('%s', (path, shown) => {
    expect(redaction.path(path)).toBe(shown);
  });
});

it('a query is shown without the secrets in it, whether they are names or values', () => {
  const query = `kind=${SERVICE}&${USER}=x,${LOGIN}&a=%6C${SERVICE.slice(1)}&b=c`;
  expect(decodeURIComponent(redaction.query(query))).toBe('kind=[secret]&[secret]=x,[secret]&a=[secret]&b=c');
});

describe('text that is not a secret is shown unchanged', () => {
  it.each([
    '/client/v4/accounts/f694f00d89d9474582a1dc3116530e12/access/service_tokens',
    '/client/v4/accounts/f694f00d89d9474582a1dc3116530e12/access/service_tokens/3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    `/api/v1/users/1000/access-tokens/${'JDJh'.repeat(20)}`,
    '/No%20Such/Path%2F',
  ])('%s', (path) => {
    expect(redaction.path(path)).toBe(path);
  });

  it('all of it if there are no patterns', () => {
    expect(new Redaction([]).path(`/${USER}`)).toBe(`/${USER}`);
  });
});
