// News of versions, for every WebSocket session: {"op":"version","version","state",...}.

#ifndef PUSH_NEWS_H
#define PUSH_NEWS_H

struct service;
struct session;
struct version_news;

// To all; what stands (files that are refused) is kept for those who come later.
void news_tell(struct service *service, const struct version_news *news);
// To a new session: what stands.
void news_greet(struct session *session);

#endif
