// twinctl deploy, promote, rollback: another version of the models and scripts serves.

#ifndef CTL_DEPLOY_H
#define CTL_DEPLOY_H

extern const struct verb deploy_verb, promote_verb, rollback_verb;

#endif
