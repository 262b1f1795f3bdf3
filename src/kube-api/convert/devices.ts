/**
 * Dynamic resource allocation: v1beta1 had a request's own fields where v1beta2 and v1 have them in `exactly`, and a device's in
 * `basic` where these have them in the device.
 */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';

/** The fields of a request that are not those of an exact one. */
const REQUEST = new Set(['name', 'firstAvailable', 'exactly']);

export function claimV1beta1(claim: Fields): Fields {
  return changed(claim, ['spec', 'devices', 'requests'], flatRequest);
}

export function claimV1(claim: Fields): Fields {
  return changed(claim, ['spec', 'devices', 'requests'], nestedRequest);
}

export function templateV1beta1(template: Fields): Fields {
  return changed(template, ['spec', 'spec', 'devices', 'requests'], flatRequest);
}

export function templateV1(template: Fields): Fields {
  return changed(template, ['spec', 'spec', 'devices', 'requests'], nestedRequest);
}

export function sliceV1beta1(slice: Fields): Fields {
  return changed(slice, ['spec', 'devices'], (device) => {
    const basic = new Map([...device].filter(([name]) => name !== 'name'));
    return new Map<string, Value>([
      ['name', device.get('name') ?? ''],
      ['basic', basic],
    ]);
  });
}

export function sliceV1(slice: Fields): Fields {
  return changed(slice, ['spec', 'devices'], (device) => {
    const basic = device.get('basic');
    if (!(basic instanceof Map)) return device;
    return new Map<string, Value>([['name', device.get('name') ?? ''], ...basic]);
  });
}

function flatRequest(request: Fields): Fields {
  const exactly = request.get('exactly');
  const flat: Fields = new Map(request);
  flat.delete('exactly');
  // Not optional in v1beta1, though it is empty where there are alternatives.
  flat.set('deviceClassName', '');
  if (exactly instanceof Map) for (const [name, value] of exactly) flat.set(name, value);
  return flat;
}

function nestedRequest(request: Fields): Fields {
  const [own, exact] = [new Map<string, Value>(), new Map<string, Value>()];
  for (const [name, value] of request) (REQUEST.has(name) ? own : exact).set(name, value);
  const alternatives = own.get('firstAvailable');
  if (!Array.isArray(alternatives) || alternatives.length === 0) own.set('exactly', exact);
  return own;
}

/** The object with each item of the list at the end of `path` changed. */
function changed(object: Fields, path: readonly string[], change: (item: Fields) => Fields): Fields {
  const items = field(object, ...path);
  if (!Array.isArray(items)) return object;
  return withField(
    object,
    path,
    items.map((item) => (item instanceof Map ? change(item) : item)),
  );
}

function withField(object: Fields, [name = '', ...rest]: readonly string[], value: Value): Fields {
  const inner = object.get(name);
  const next = rest.length === 0 ? value : withField(inner instanceof Map ? inner : new Map(), rest, value);
  return new Map(object).set(name, next);
}
