/** The error for a driver that is not installed. */
import { expect, it } from '@jest/globals';
import { DriverPackageNotInstalledError } from 'typeorm';
import { driverError } from './driver-package.js';
import { UnusableDatabase } from './unusable-database.js';

const REMEDY = 'the PostgreSQL database shop needs the package pg, which is not installed here: run npm install pg';

it.each([
  ['TypeORM', new DriverPackageNotInstalledError('Postgres', 'pg')],
  ['Node', Object.assign(new Error("Cannot find module 'pg'"), { code: 'MODULE_NOT_FOUND' })],
])('names what to install: %s', (_who, error) => {
  const told = driverError(error, 'pg', 'the PostgreSQL database shop');
  expect(told).toBeInstanceOf(UnusableDatabase);
  expect((told as Error).message).toBe(REMEDY);
});

it('is as it was where the driver is there', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(driverError(refused, 'pg', 'x')).toBe(refused);
  const lacking = Object.assign(new Error("Cannot find module 'split2'"), { code: 'MODULE_NOT_FOUND' });
  expect(driverError(lacking, 'pg', 'x')).toBe(lacking);
});
