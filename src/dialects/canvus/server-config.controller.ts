/** Serves `server-config`: a public part for everybody, all of it for administrators (docs/contracts/canvus.md §6). */
import { Get, Patch, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { InputBy, members } from '../../http/index.js';
import { ServerSettings, type Principal } from '../../identity/index.js';
import { CanvusController } from './canvus.controller.js';
import { Documented } from './canvus.docs.js';
import { Unauthorized } from './canvus.errors.js';
import { Caller, MaybeCaller, Permits } from './canvus.guard.js';
import { ServerConfigInput } from './server-config.inputs.js';
import {
  AdminServerConfigView,
  ServerConfigView,
  adminServerConfigView,
  publicServerConfigView,
} from './server-config.js';
import { readServerConfigPatch } from './server-config.patch.js';
import { Streams } from './streams/streams.js';
import { Subscribable, asksForStream } from './streams/subscribe-parameter.js';
import { WatchedServer } from './streams/watched-server.js';

@CanvusController('server-config', 'Server')
export class ServerConfigController {
  constructor(
    private readonly settings: ServerSettings,
    private readonly streams: Streams,
    private readonly resources: WatchedServer,
  ) {}

  @Permits('public')
  @Get()
  @Subscribable()
  @Documented({
    summary: 'Get the server’s settings',
    description: 'Without a token, or for a regular user, only the public part. A stream needs a token.',
    returns: 'The settings.',
    answer: ServerConfigView,
    isPublic: 'optional',
    isLimited: true,
    streamNeedsToken: true,
  })
  async get(
    @MaybeCaller() caller: Principal | null,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const isAdmin = caller?.user.admin === true;
    if (asksForStream(request)) {
      // Streams are counted for their users; nothing would bound those of strangers.
      if (!caller) throw new Unauthorized();
      await this.streams.open(response, caller, this.resources.config(isAdmin));
      return;
    }
    const policy = await this.settings.policy();
    response.json(isAdmin ? adminServerConfigView(policy) : publicServerConfigView(policy));
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
      'Only users of one domain': { authentication: { domain_allow_list: ['example.com'] } },
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
