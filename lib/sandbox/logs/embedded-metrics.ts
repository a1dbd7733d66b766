/** Input of CloudWatch's PutMetricData. */
export interface MetricData {
  Namespace: string;
  MetricData: {
    MetricName: string;
    Dimensions: { Name: string; Value: string }[];
    Timestamp: Date;
    Unit: string;
    StorageResolution: number;
    Value?: number;
    Values?: number[];
  }[];
}

/**
 * The metrics of a log line in CloudWatch's embedded metric format, one entry per directive; none where the
 * line is not in that format. A metric is published once for each of its dimension sets.
 */
export function embeddedMetrics(line: string): MetricData[] {
  if (!line.includes('"_aws"')) return [];
  const root = parse(line);
  const directives = root?._aws?.CloudWatchMetrics;
  if (!Array.isArray(directives)) return [];
  const Timestamp = new Date(root._aws.Timestamp);
  if (Number.isNaN(Timestamp.getTime())) return [];
  return directives
    .filter((directive) => typeof directive?.Namespace === 'string')
    .map((directive) => ({
      Namespace: directive.Namespace,
      MetricData: dimensionSets(directive, root).flatMap((Dimensions) =>
        (directive.Metrics ?? []).flatMap((metric: any) => {
          const value = values(root[metric.Name]);
          if (value === undefined) return [];
          return {
            MetricName: metric.Name,
            Dimensions,
            Timestamp,
            Unit: metric.Unit ?? 'None',
            StorageResolution: metric.StorageResolution ?? 60,
            ...value,
          };
        }),
      ),
    }))
    .filter((data) => data.MetricData.length > 0);
}

/** A set whose target is missing in the line is left out, as CloudWatch does. */
function dimensionSets(directive: any, root: any): { Name: string; Value: string }[][] {
  const sets: string[][] = directive.Dimensions ?? [[]];
  return sets
    .filter((set) => Array.isArray(set) && set.every((name) => root[name] !== undefined))
    .map((set) => set.map((Name) => ({ Name, Value: String(root[Name]) })));
}

function values(target: unknown): { Value: number } | { Values: number[] } | undefined {
  if (typeof target === 'number') return { Value: target };
  if (Array.isArray(target) && target.length > 0 && target.every((each) => typeof each === 'number')) {
    return { Values: target };
  }
  return undefined;
}

function parse(line: string): any {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
