import { type AccountView, arnOf, type NeedsOf } from './need.ts';

/** Operations that are about no key in particular. */
const onNoKey = new Set(['CreateKey', 'ListKeys', 'ListAliases', 'GenerateRandom']);

/** KMS: the key's ARN, by whatever name it was called; the key's own policy is the service's to ask. */
export const kmsNeeds: NeedsOf = async (operation, input, view) => {
  const action = `kms:${operation}`;
  if (onNoKey.has(operation)) return [{ action, resource: '*' }];
  const reference: string = input.KeyId ?? input.TargetKeyId ?? '';
  const signs = input.SigningAlgorithm !== undefined;
  const keys = {
    'kms:SigningAlgorithm': input.SigningAlgorithm,
    'kms:MessageType': signs ? (input.MessageType ?? 'RAW') : undefined,
    'kms:RequestAlias': /(?:^|:)(alias\/.+)$/.exec(reference)?.[1],
  };
  return [{ action, resource: await keyArn(reference, view), keys }];
};

async function keyArn(reference: string, view: AccountView): Promise<string> {
  const found = await view.look('kms', 'DescribeKey', { KeyId: reference });
  if (found) return found.KeyMetadata.Arn;
  return reference.startsWith('arn:') ? reference : arnOf(view, 'kms', `key/${reference}`);
}
