import { ServiceError } from '../contract.ts';
import type { FunctionDefinition } from './configuration.ts';

/** The resource policies of functions, as AddPermission makes them and GetPolicy shows them. */
export class FunctionPolicies {
  readonly #statements = new Map<string, object[]>();

  add(definition: FunctionDefinition, input: any) {
    const { Principal: principal } = input;
    const service = /\.amazonaws\.com$/.test(principal);
    const condition = {
      ...(input.SourceArn && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
      ...(input.SourceAccount && { StringEquals: { 'AWS:SourceAccount': input.SourceAccount } }),
    };
    const statement = {
      Sid: input.StatementId,
      Effect: 'Allow',
      Principal: service ? { Service: principal } : { AWS: principal },
      Action: input.Action,
      Resource: definition.arn,
      ...(Object.keys(condition).length > 0 && { Condition: condition }),
    };
    this.#statements.set(definition.name, [...(this.#statements.get(definition.name) ?? []), statement]);
    return { Statement: JSON.stringify(statement) };
  }

  get(definition: FunctionDefinition) {
    const statements = this.#statements.get(definition.name);
    if (statements === undefined) {
      throw new ServiceError('ResourceNotFoundException', 'The resource you requested does not exist.', {
        status: 404,
      });
    }
    return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }) };
  }
}
