/** The part of the dialect that applications ask: the keys of application tokens, and whose token one is. */
import { Module } from '@nestjs/common';
import { configurableModule, mountProviders } from '../../../http/index.js';
import { settingsTable } from '../../../settings/index.js';
import { CloudflareErrors } from '../cloudflare.errors.js';
import { EdgeController } from './edge.controller.js';
import { EdgeGuard } from './edge.guard.js';

const CONTROLLERS = [EdgeController];

const MOUNT = mountProviders({
  name: 'AccessEdgeModule',
  dialect: 'cloudflare',
  controllers: CONTROLLERS,
  errors: CloudflareErrors,
});

const { ConfigurableModuleClass } = configurableModule(
  'AccessEdge',
  '/cdn-cgi/access',
  settingsTable('Access edge', {}),
);

/** Serves `certs` and `get-identity` below `path` (default: `/cdn-cgi/access`, where validators look for them). */
@Module({ controllers: CONTROLLERS, providers: [...MOUNT, EdgeGuard] })
export class AccessEdgeModule extends ConfigurableModuleClass {}
