-- Models whose end is known are few, and the overview shows those that retire next: they are found without looking at
-- all others. Every other model costs this index nothing.
CREATE INDEX ai_models_retires_idx ON ai_models (organization_id, retires_on, id) WHERE retires_on IS NOT NULL;
