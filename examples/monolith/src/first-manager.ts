/** On an empty database, hires a manager and prints their token, once. */
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { PersonalTokenService, SYSTEM } from 'latchkey/foundation';
import { Repository } from 'typeorm';
import { Staff } from './staff/staff.entity.js';

@Injectable()
export class FirstManager implements OnApplicationBootstrap {
  constructor(
    @InjectRepository(Staff) private readonly staff: Repository<Staff>,
    private readonly tokens: PersonalTokenService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (await this.staff.exists()) return;
    const manager = await this.staff.save({
      email: 'manager@shop.example',
      name: 'Manager',
      isManager: true,
      hasLeft: false,
    });
    const { secret } = await this.tokens.issue(SYSTEM, manager.id, 'First token');
    process.stdout.write(`The manager's token, shown once: ${secret.reveal()}\n`);
  }
}
