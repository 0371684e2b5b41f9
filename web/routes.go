package web

import (
	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/web/apikeys"
	"dari/web/people"
)

// public adds the routes that platforms, integrators and users reach.
func (s *Server) public(r gin.IRouter) {
	for _, t := range s.opts.Channels.Types() {
		hook := callback{s.opts.Runtime, t.Name(), t.Limits(), s.admission, s.now, s.log}
		r.POST("/"+t.Name()+"/:channel/webhook", s.metrics.timed(t.Name()), s.do(hook.serve))

		// Types without a token desk answer 404, like a desk that is closed.
		desk := desk{s.opts.Runtime, t.Name(), s.desks, s.audit, s.now, s.log, s.opts.Runtime.Store().APIKeys()}
		r.GET("/"+t.Name()+"/:channel/auth", noStore, s.do(desk.current))
		r.POST("/"+t.Name()+"/:channel/auth", noStore, s.do(desk.current))
		r.GET("/"+t.Name()+"/:channel/authrefresh", noStore, s.do(desk.renew))
		r.POST("/"+t.Name()+"/:channel/authrefresh", noStore, s.do(desk.renew))
	}
	r.GET(bot.MediaPath+":token", s.do(media{s.opts.Runtime}.serve))
	r.POST(bot.RepliesPath+":token", noStore, s.do(late{s.opts.Runtime}.serve))
	r.GET(bot.InstallPath("slack", ":channel"), noStore, s.installs().end)
	if s.opts.Pages != nil {
		s.opts.Pages.MountPublic(r)
	}
}

// health adds the routes for load balancers, which ask with GET or HEAD.
func (s *Server) health(r gin.IRouter) {
	h := health{s.opts.Runtime, s.log}
	r.GET(pathHealthz, h.alive)
	r.HEAD(pathHealthz, h.alive)
	r.GET(pathReadyz, h.ready)
	r.HEAD(pathReadyz, h.ready)
}

// admin adds the API and the console.
func (s *Server) admin(r gin.IRouter) {
	if s.opts.Metrics != nil {
		r.GET("/metrics", s.localOr(scopeRead), gin.WrapH(s.opts.Metrics))
	}
	r.GET("/openapi.yaml", noStore, s.docs.file)
	r.GET("/api/docs", noStore, s.docs.page)
	r.GET("/api/v1/openapi.yaml", noStore, s.docs.file)

	v1 := r.Group("/api/v1", noStore, s.authenticate)
	read := v1.Group("", s.need(scopeRead))
	send := v1.Group("", s.need(scopeSend))
	build := v1.Group("", s.need(scopeBuilder))
	admin := v1.Group("", s.need(scopeAdmin))

	types := typesAPI{s.opts.Channels, s.opts.Engines}
	read.GET("/channel-types", s.do(types.channels))
	read.GET("/engine-types", s.do(types.engines))

	bots := botsAPI{s.opts.Runtime, s.audit}
	read.GET("/bots", s.do(bots.list))
	build.POST("/bots", s.do(bots.create))
	read.GET("/bots/:bot", s.do(bots.show))
	build.PATCH("/bots/:bot", s.do(bots.patch))
	build.DELETE("/bots/:bot", s.do(bots.delete))

	files := filesAPI{s.opts.Runtime, s.audit}
	read.GET("/bots/:bot/files", s.do(files.draft))
	build.PUT("/bots/:bot/files", s.do(files.save))
	build.POST("/bots/:bot/publish", s.do(files.publish))
	read.GET("/bots/:bot/revisions", s.do(files.list))
	read.GET("/bots/:bot/revisions/:revision", s.do(files.show))
	build.POST("/bots/:bot/revisions/:revision/restore", s.do(files.restore))

	chans := channelsAPI{s.opts.Runtime, s.audit, s.baseURL}
	read.GET("/bots/:bot/channels", s.do(chans.list))
	build.POST("/bots/:bot/channels", s.do(chans.create))
	read.GET("/channels/:channel", s.do(chans.show))
	build.PATCH("/channels/:channel", s.do(chans.patch))
	build.DELETE("/channels/:channel", s.do(chans.delete))
	checks := checksAPI{s.opts.Runtime}
	build.POST("/channels/:channel/check", s.do(checks.saved))
	build.POST("/bots/:bot/check", s.do(checks.engine))
	build.POST("/channel-types/:type/check", s.do(checks.unsaved))
	build.POST("/channels/:channel/enable", s.do(chans.enable))
	build.POST("/channels/:channel/disable", s.do(chans.disable))

	setup := setupAPI{s.opts.Runtime, s.audit}
	build.POST("/channels/:channel/webhook", s.do(setup.setWebhook))
	read.GET("/channels/:channel/app", s.do(setup.appFile))
	build.PUT("/channels/:channel/menu", s.do(setup.setMenu))
	build.DELETE("/channels/:channel/menu", s.do(setup.removeMenu))
	build.POST("/channels/:channel/install", s.do(s.installs().begin))
	send.POST("/channels/:channel/messages", s.do(sendAPI{s.opts.Runtime, s.audit}.send))

	broadcasts := broadcastsAPI{s.opts.Runtime, s.opts.Runtime.Store().Broadcasts(), s.audit}
	send.POST("/channels/:channel/broadcasts", s.do(broadcasts.create))
	read.GET("/broadcasts", s.do(broadcasts.list))
	read.GET("/broadcasts/:broadcast", s.do(broadcasts.show))
	send.POST("/broadcasts/:broadcast/cancel", s.do(broadcasts.cancel))

	events := eventsAPI{s.opts.Runtime, s.opts.Runtime.Store(), s.audit}
	read.GET("/events", s.do(events.list))
	read.GET("/events/:event", s.do(events.show))
	again := replayAPI{s.opts.Runtime, s.opts.Runtime.Store(), s.baseURL, s.audit}
	build.POST("/events/:event/replay", s.do(again.replay))
	build.GET("/events/:event/export", s.do(again.export))
	build.POST("/replays", s.do(again.replayAll))
	send.POST("/resends", s.do(again.resendAll))
	read.GET("/jobs/:job", s.do(again.job))
	send.POST("/jobs/:job/cancel", s.do(again.cancelJob))
	read.POST("/preview", s.do(again.preview))
	read.GET("/ledger", s.do(events.ledger))
	read.GET("/stats", s.do(statsAPI{s.opts.Runtime, s.now}.show))
	read.GET("/stream", s.do(stream{s.opts.Runtime.Feed(), s.authority, s.keepAlive}.serve))

	deliveries := deliveriesAPI{s.opts.Runtime.Store(), s.opts.Runtime, s.audit}
	read.GET("/deliveries", s.do(deliveries.list))
	read.GET("/deliveries/:delivery", s.do(deliveries.show))
	send.POST("/deliveries/:delivery/resend", s.do(deliveries.resend))
	send.PUT("/deliveries/:delivery/message", s.do(deliveries.edit))
	send.DELETE("/deliveries/:delivery/message", s.do(deliveries.withdraw))

	conversations := conversationsAPI{s.opts.Runtime.Store(), s.audit}
	read.GET("/conversations", s.do(conversations.list))
	read.GET("/conversations/:conversation", s.do(conversations.show))
	handoffs := handoffsAPI{s.opts.Runtime, s.opts.Runtime.Store(), s.audit}
	read.GET("/handoffs", s.do(handoffs.list))
	send.POST("/conversations/:conversation/handoff", s.do(handoffs.take))
	send.POST("/conversations/:conversation/resume", s.do(handoffs.back))
	build.POST("/conversations/:conversation/reset", s.do(conversations.reset))

	keys := keysAPI{apikeys.New(s.opts.Runtime.Store().APIKeys(), s.now), s.audit}
	admin.GET("/api-keys", s.do(keys.list))
	admin.POST("/api-keys", s.do(keys.create))
	admin.POST("/api-keys/:key/rotate", s.do(keys.rotate))
	admin.DELETE("/api-keys/:key", s.do(keys.delete))

	users := usersAPI{people.New(s.opts.Runtime.Store(), s.now), s.opts.UserLink, s.audit}
	admin.GET("/users", s.do(users.list))
	admin.POST("/users", s.do(users.create))
	admin.GET("/users/:user", s.do(users.show))
	admin.PATCH("/users/:user", s.do(users.patch))
	admin.DELETE("/users/:user", s.do(users.delete))
	admin.POST("/users/:user/link", s.do(users.relink))
	admin.GET("/audit", s.do(auditAPI{s.opts.Runtime.Store()}.list))

	if s.opts.Pages != nil {
		s.opts.Pages.MountAdmin(r)
	}
}

func (s *Server) installs() installAPI {
	h := installAPI{s.opts.Runtime, s.audit, func(c *gin.Context, status int, key string) { c.Data(status, "text/html; charset=utf-8", []byte(key)) }}
	if s.opts.Pages != nil {
		h.notice = s.opts.Pages.Notice
	}
	return h
}
