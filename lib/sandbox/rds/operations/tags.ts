import { invalidValue } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Tag } from '../instance.ts';
import { mergeTags } from '../requests.ts';
import type { FleetOperation } from './operation.ts';

const largestCount = 50;

/** Whatever has this ARN and carries tags. */
function tagged(fleet: Fleet, arn: string | undefined): { tags: Tag[] } {
  const type = arn?.split(':')[5];
  if (arn && type === 'db') return fleet.get(arn);
  const groups = [...fleet.parameterGroups.all(), ...fleet.subnetGroups.all()];
  const group = groups.find((each) => each.arn === arn);
  if (!group)
    throw invalidValue(`The specified resource name does not match an RDS resource in this region: ${arn}`);
  return group;
}

const add: FleetOperation = async (fleet, input) => {
  const resource = tagged(fleet, input.ResourceName);
  const reserved = input.Tags?.find(({ Key }: Tag) => /^(aws|rds):/i.test(Key));
  if (reserved) throw invalidValue(`The tag key ${reserved.Key} is reserved.`);
  const tags = mergeTags(resource.tags, input.Tags);
  if (tags.length > largestCount) throw invalidValue(`A resource can have at most ${largestCount} tags.`);
  resource.tags = tags;
  return {};
};

const remove: FleetOperation = async (fleet, input) => {
  const resource = tagged(fleet, input.ResourceName);
  resource.tags = resource.tags.filter(({ Key }) => !input.TagKeys?.includes(Key));
  return {};
};

const list: FleetOperation = async (fleet, input) => ({ TagList: tagged(fleet, input.ResourceName).tags });

export const tagOperations: Record<string, FleetOperation> = {
  AddTagsToResource: add,
  RemoveTagsFromResource: remove,
  ListTagsForResource: list,
};
