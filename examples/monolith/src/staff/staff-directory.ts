/** The shop's users as Latchkey sees them: managers administer tokens, and those who have left are admitted nowhere. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { UserDirectory, type DirectoryUser } from 'latchkey/foundation';
import { Repository } from 'typeorm';
import { Staff } from './staff.entity.js';

@Injectable()
export class StaffDirectory extends UserDirectory {
  constructor(@InjectRepository(Staff) private readonly staff: Repository<Staff>) {
    super();
  }

  async find(userId: number): Promise<DirectoryUser | null> {
    return seen(await this.staff.findOneBy({ id: userId }));
  }

  async findByEmail(email: string): Promise<DirectoryUser | null> {
    return seen(await this.staff.findOneBy({ email: email.toLowerCase() }));
  }
}

function seen(person: Staff | null): DirectoryUser | null {
  if (!person) return null;
  const { id, email, name, isManager, hasLeft } = person;
  return { id, email, name, admin: isManager, status: hasLeft ? 'blocked' : 'active' };
}
