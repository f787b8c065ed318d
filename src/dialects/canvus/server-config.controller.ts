/** Serves `server-config`: a public part for everybody, all of it for administrators (docs/contracts/canvus.md §6). */
import { Get, Patch } from '@nestjs/common';
import { InputBy, members } from '../../http/index.js';
import { ServerSettings, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Caller, MaybeCaller, Permits } from './canvus.guard.js';
import { ServerConfigInput } from './server-config.inputs.js';
import {
  AdminServerConfigView,
  ServerConfigView,
  adminServerConfigView,
  publicServerConfigView,
  readServerConfigPatch,
} from './server-config.js';

@CanvusController('server-config', 'Server')
export class ServerConfigController {
  constructor(private readonly settings: ServerSettings) {}

  @Permits('public')
  @Get()
  @Documented({
    summary: 'Get the server’s settings',
    description: 'Without a token, or for a regular user, only the public part.',
    returns: 'The settings.',
    answer: ServerConfigView,
    isPublic: 'optional',
  })
  async get(@MaybeCaller() caller: Principal | null): Promise<ServerConfigView> {
    const policy = await this.settings.policy();
    return caller?.user.admin ? adminServerConfigView(policy) : publicServerConfigView(policy);
  }

  @Permits('administrator')
  @Patch()
  @Documented({
    summary: 'Change the server’s settings',
    returns: 'All settings after the change.',
    description:
      'Administrators only. Send any part of the settings in the same nested form. Settings of features that this server ' +
      'lacks (mail, SAML, QR codes, sign-up) may be sent unchanged but not changed.',
    body: ServerConfigInput,
    examples: {
      Rename: { server_name: 'Latchkey' },
      'Tell its address': { external_url: 'https://tokens.example.com' },
      'Longer passwords': { authentication: { password: { min_length: 12 } } },
      'Approve new users': { authentication: { require_admin_approval: true } },
    },
    answer: AdminServerConfigView,
    errors: [400, 403],
  })
  async patch(
    @Caller() { actor }: Principal,
    @InputBy(members) given: Readonly<Record<string, unknown>>,
  ): Promise<AdminServerConfigView> {
    const changes = readServerConfigPatch(given, await this.settings.policy());
    return adminServerConfigView(await this.settings.changePolicy(actor, changes));
  }
}
