import { Failure } from '../../base/errors.js';
import { Template } from '../../output/go-template/index.js';
import { type Entry, mentionsObject, templateData } from './entry.js';

export interface Filter {
  needsObject: boolean;
  passes(entry: Entry): boolean;
}

/**
 * `FIELD=VALUE,…`: all have to hold. A field is what a template has between its braces, and is compared as it would be printed.
 * @throws Failure for what is no filter
 */
export function parseFilter(text: string): Filter {
  const rules = text.split(',').map((rule) => {
    const [field = '', value, ...more] = rule.split('=');
    if (value === undefined || more.length > 0) throw new Failure(`failed to parse filter '${rule}'`);
    return { template: new Template('filter-param', `{{${field.trim()}}}`), value: value.trim() };
  });
  return {
    needsObject: mentionsObject(`${text} `),
    passes: (entry) => {
      const data = templateData(entry);
      return rules.every(({ template, value }) => template.render(data) === value);
    },
  };
}
