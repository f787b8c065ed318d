/** The table of instances, as seen by one of them. */
import { In, Not, type DataSource } from 'typeorm';
import { Instance } from './instance.entity.js';

export class InstanceRegistry {
  constructor(private readonly dataSource: DataSource) {}

  /** All but these. */
  others(ids: readonly string[]): Promise<Instance[]> {
    return this.dataSource.manager.find(Instance, { where: { id: Not(In([...ids])) } });
  }

  /** Their leases are not renewed any more. */
  async fence(ids: readonly string[]): Promise<void> {
    await this.dataSource.manager.update(Instance, { id: In([...ids]) }, { fenced: true });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.dataSource.manager.delete(Instance, { id: In([...ids]) });
  }
}
