import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Gauges } from './pass.ts';

/** Writes metrics to standard output in CloudWatch's embedded metric format, with exactly the dimensions given. */
export function embeddedMetrics(): Gauges {
  return {
    emit(dimensions, values) {
      const metrics = new Metrics({ namespace: 'SafeRollback' });
      // The default dimension, the service's name, would make other metrics of them than the alarms look at.
      metrics.clearDefaultDimensions();
      metrics.addDimensions({ ...dimensions });
      for (const [name, value] of Object.entries(values))
        metrics.addMetric(name, name.endsWith('Seconds') ? MetricUnit.Seconds : MetricUnit.Count, value);
      metrics.publishStoredMetrics();
    },
  };
}
