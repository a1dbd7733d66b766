/** The parts of a CloudFormation template that the sandbox reads. */
export interface Template {
  Description?: string;
  Parameters?: Record<string, { Type: string; Default?: string }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources?: Record<string, TemplateResource>;
  Outputs?: Record<string, TemplateOutput>;
  Rules?: Record<string, unknown>;
  Metadata?: unknown;
  Transform?: unknown;
}

interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
}

interface TemplateOutput {
  Value: unknown;
  Description?: string;
  Export?: { Name: unknown };
  Condition?: string;
}
