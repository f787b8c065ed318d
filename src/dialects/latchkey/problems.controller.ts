/** Serves `problems`, where the `type` of every problem leads (docs/contracts/latchkey.md §1.2). */
import { Get } from '@nestjs/common';
import { ApiProperty } from '../../internals/index.js';
import { LatchkeyController } from './latchkey.controller.js';
import { Documented } from './latchkey.docs.js';
import { Permits } from './latchkey.guard.js';
import { PROBLEMS, problemUri, type ProblemType } from './latchkey.problems.js';

class ProblemTypeView {
  @ApiProperty({ example: 'not-found', description: 'What stands behind the `#` of `type`.' })
  id!: string;

  @ApiProperty({ example: problemUri('not-found'), description: 'The `type` of such problems.' })
  type!: string;

  @ApiProperty({ example: PROBLEMS['not-found'].title })
  title!: string;

  @ApiProperty({ type: 'integer', example: 404, description: 'The usual HTTP status.' })
  status!: number;

  @ApiProperty({ example: PROBLEMS['not-found'].remedy, description: 'What to do.' })
  remedy!: string;
}

class ProblemTypeList {
  @ApiProperty({ type: [ProblemTypeView] })
  items!: ProblemTypeView[];
}

const TYPES: ProblemTypeList = {
  items: Object.entries(PROBLEMS).map(([id, { title, status, remedy }]) => ({
    id,
    type: problemUri(id as ProblemType),
    title,
    status,
    remedy,
  })),
};

@LatchkeyController('problems', 'Problems')
export class ProblemsController {
  @Permits('public')
  @Get()
  @Documented({
    operationId: 'listProblemTypes',
    summary: 'List the types of problem',
    description: 'All that this API answers with, and what to do about each.',
    returns: 'The types.',
    answer: ProblemTypeList,
    isPublic: true,
  })
  list(): ProblemTypeList {
    return TYPES;
  }
}
