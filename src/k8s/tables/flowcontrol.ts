import type { Fields } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { annotation, condition, list, number, object, text } from './read.js';

const KEEP_ZERO = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

/** A number of how requests wait, where they do. */
function queuing(fact: string, otherwise: number): Cell {
  return (level) => {
    const queues = object(level, 'spec', 'limited', 'limitResponse', 'queuing');
    return queues ? number(queues, [fact]) || otherwise : '<none>';
  };
}

export const tables = {
  FlowSchema: defineTable(
    {
      Name: name,
      PriorityLevel: (schema) => text(schema, 'spec', 'priorityLevelConfiguration', 'name'),
      MatchingPrecedence: (schema) => precedence(schema),
      DistinguisherMethod: (schema) => {
        const method = object(schema, 'spec', 'distinguisherMethod');
        return method ? text(method, 'type') : '<none>';
      },
      Age: age,
      MissingPL: (schema) => {
        const dangling = condition(list(schema, 'status', 'conditions'), 'Dangling');
        return dangling ? text(dangling, 'status') : '?';
      },
    },
    { order: (one, other) => precedence(one) - precedence(other) || (nameOf(one) < nameOf(other) ? -1 : 1) },
  ),
  PriorityLevelConfiguration: defineTable({
    Name: name,
    Type: (level) => text(level, 'spec', 'type'),
    NominalConcurrencyShares: shares,
    Queues: queuing('queues', 64),
    HandSize: queuing('handSize', 8),
    QueueLengthLimit: queuing('queueLengthLimit', 50),
    Age: age,
  }),
};

function nameOf(schema: Fields): string {
  return text(schema, 'metadata', 'name');
}

/** Not set is 1000. */
function precedence(schema: Fields): number {
  return number(schema, ['spec', 'matchingPrecedence']) || 1000;
}

/** Not set is 30, and before v1 so is 0, unless an annotation says that it is meant. */
function shares(level: Fields): string | number {
  const limited = object(level, 'spec', 'limited');
  if (!limited) return '<none>';
  // The name that it had before v1beta3.
  const assured = number(limited, ['assuredConcurrencyShares'], 30);
  const nominal = number(limited, ['nominalConcurrencyShares'], assured);
  const isMeant = text(level, 'apiVersion').endsWith('/v1') || annotation(level, KEEP_ZERO) !== undefined;
  return nominal === 0 && !isMeant ? 30 : nominal;
}
