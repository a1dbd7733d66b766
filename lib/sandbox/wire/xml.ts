import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceError } from '../contract.ts';
import type { ServiceModel } from './model.ts';

/** A structure's members as XML, without the element around them. */
export function innerXml(schema: any, value: object): string {
  if (NormalizedSchema.of(schema).isUnitSchema()) return '';
  const serializer = new XmlShapeSerializer({
    httpBindings: false,
    timestampFormat: { useTrait: true, default: 5 },
    xmlNamespace: '',
    serviceNamespace: '',
  });
  serializer.write(schema, value);
  const text = String(serializer.flush());
  return text.slice(text.indexOf('>') + 1, Math.max(text.lastIndexOf('</'), text.indexOf('>') + 1));
}

export function element(name: string, text: string): string {
  return `<${name}>${text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)}</${name}>`;
}

/** Code, message and further members of an error, modelled or not, for the inside of `<Error>`. */
export function errorXml(error: ServiceError, model: ServiceModel | undefined): string {
  const known = model?.errorModel(error.code);
  const modelled = known ? Object.keys(NormalizedSchema.of(known.schema).getMemberSchemas()) : [];
  const own = Object.fromEntries(Object.entries(error.fields).filter(([name]) => modelled.includes(name)));
  const others = Object.entries(error.fields).filter(([name]) => !modelled.includes(name));
  return (
    element('Code', known?.queryCode ?? error.code) +
    element('Message', error.message) +
    (known ? innerXml(known.schema, own) : '') +
    others.map(([name, value]) => element(name, String(value))).join('')
  );
}
