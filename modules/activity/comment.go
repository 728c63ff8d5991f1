package activity

import "youpeng/engine/object"

// Comment is what somebody says about a record. Whoever sees the record sees it; its author alone changes it.
var Comment = object.New("comment", word("评论", "Comment"), word("评论", "Comments"), object.Group(""), object.Icon("message-square"), object.Titled("body"), object.With("record", "created_by"))

var (
	CommentRecord = object.Add[object.Ref](Comment, "record", object.KindRef, word("评论对象", "About"), object.Required, object.Immutable, object.OnTimeline, followed,
		object.ToAny("activity", "customer", "contact", "lead", "deal", "order", "ticket"), object.InList(1))
	CommentBody     = object.Add[string](Comment, "body", object.KindLongText, word("内容", "Text"), object.Required, object.InList(2))
	CommentMentions = object.Add[[]object.Item](Comment, "mentions", object.KindLinks, word("提到的人", "Mentions"), object.To("user", object.Keep))
)
