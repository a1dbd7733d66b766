import { ServiceError } from '../contract.ts';
import { readForm } from './form.ts';
import type { WireRequest } from './message.ts';
import { operationOf, type Protocol, statusOf, textOf } from './protocol.ts';
import { element, errorXml, innerXml } from './xml.ts';

const headers = { 'content-type': 'text/xml' };
const prolog = '<?xml version="1.0" encoding="UTF-8"?>';

/** The form of a Query request, from its body or (presigned) its query string. */
export function formOf(request: WireRequest): URLSearchParams {
  return request.query.has('Action') ? request.query : new URLSearchParams(textOf(request.body));
}

function parseWith(ec2: boolean): Protocol['parse'] {
  return (request, model) => {
    const form = formOf(request);
    const operation = operationOf(model, form.get('Action') ?? '');
    return { operation, input: readForm(form, operation.input, ec2) };
  };
}

function missingMember(path: string): ServiceError {
  return new ServiceError('MissingParameter', `The request must contain the parameter ${path}`);
}

/** AWS Query: RDS, SNS, STS, CloudFormation, and CloudWatch and SQS from older command lines. */
export const query: Protocol = {
  parse: parseWith(false),
  respond({ name, output: schema }, output, model, requestId) {
    const namespace = model.xmlNamespace ? ` xmlns="${model.xmlNamespace}"` : '';
    const result = `<${name}Result>${innerXml(schema, output)}</${name}Result>`;
    const metadata = `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata>`;
    return {
      status: 200,
      headers,
      body: `${prolog}<${name}Response${namespace}>${result}${metadata}</${name}Response>`,
    };
  },
  fail(error, model, requestId) {
    const status = statusOf(error, model?.errorModel(error.code)?.status);
    const type = element('Type', status < 500 ? 'Sender' : 'Receiver');
    const body = `<Error>${type}${errorXml(error, model)}</Error>${element('RequestId', requestId)}`;
    return { status, headers, body: `${prolog}<ErrorResponse>${body}</ErrorResponse>` };
  },
  missingMember,
};

/** EC2's dialect: flat lists, no result element, errors in a list. */
export const ec2Query: Protocol = {
  parse: parseWith(true),
  respond({ name, output: schema }, output, model, requestId) {
    const namespace = model.xmlNamespace ? ` xmlns="${model.xmlNamespace}"` : '';
    const body = element('requestId', requestId) + innerXml(schema, output);
    return { status: 200, headers, body: `${prolog}<${name}Response${namespace}>${body}</${name}Response>` };
  },
  fail(error, model, requestId) {
    const status = statusOf(error, model?.errorModel(error.code)?.status);
    const body = `<Errors><Error>${errorXml(error, model)}</Error></Errors>${element('RequestID', requestId)}`;
    return { status, headers, body: `${prolog}<Response>${body}</Response>` };
  },
  missingMember,
};
