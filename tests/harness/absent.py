"""Operations of the client-server API that Depesha does not offer, and why.

An operation leaves this table when its endpoint comes; `tests/house/test_spec.py` holds both
to each other.
"""

from collections.abc import Mapping

_NOT_YET = """
    getAccountData setAccountData getAccountDataPerRoom setAccountDataPerRoom
    pingAppservice updateAppserviceRoomDirectoryVisibility
    getContentAuthed getContentOverrideNameAuthed getContentThumbnailAuthed getUrlPreviewAuthed
    getConfigAuthed uploadContent uploadContentToMXC createContent getContent
    getContentOverrideName getContentThumbnail getUrlPreview getConfig
    ban unban kick knockRoom leaveRoom forgetRoom inviteUser joinRoomById joinRoom
    getWellknownPolicy
    createRoom upgradeRoom redactEvent sendMessage setRoomStateWithKey
    uploadCrossSigningKeys uploadCrossSigningSignatures
    getRoomIdByAlias setRoomAlias deleteRoomAlias getLocalAliases
    getEventContext getEventByTimestamp getRoomEvents
    defineFilter getFilter
    getRoomKeysVersionCurrent postRoomKeysVersion getRoomKeysVersion putRoomKeysVersion
    deleteRoomKeysVersion getRoomKeyBySessionId putRoomKeyBySessionId deleteRoomKeyBySessionId
    getRoomKeysByRoomId putRoomKeysByRoomId deleteRoomKeysByRoomId getRoomKeys putRoomKeys
    deleteRoomKeys uploadKeys queryKeys claimKeys getKeysChanges sendToDevice
    getJoinedRooms getRoomVisibilityOnDirectory setRoomVisibilityOnDirectory getPublicRooms
    queryPublicRooms getMutualRooms getRoomSummary getSpaceHierarchy
    getNotifications getPushers postPusher getPushRules getPushRulesGlobal getPushRule
    setPushRule deletePushRule isPushRuleEnabled setPushRuleEnabled getPushRuleActions
    setPushRuleActions
    getEvents peekEvents initialSync getOneEvent roomInitialSync
    getPresence setPresence postReceipt setReadMarker setTyping
    getProfileField setProfileField deleteProfileField getUserProfile
    getRelatingEvents getRelatingEventsWithRelType getRelatingEventsWithRelTypeAndEventType
    getThreadRoots reportRoom reportEvent reportUser
    getOneRoomEvent getRoomStateWithKey getRoomState getMembersByRoom getJoinedMembersByRoom
    search searchUserDirectory sync getTurnServer
    getRoomTags setRoomTag deleteRoomTag
    getProtocols getProtocolMetadata queryLocationByProtocol queryUserByProtocol
    queryLocationByAlias queryUserByID
    inviteBy3PID
"""

_NO_CONTACTS = """
    post3PIDs add3PID bind3PID requestTokenTo3PIDEmail requestTokenTo3PIDMSISDN
    requestTokenToRegisterEmail requestTokenToRegisterMSISDN
    requestTokenToResetPasswordEmail requestTokenToResetPasswordMSISDN
"""

ABSENT: Mapping[str, str] = {
    **dict.fromkeys(_NOT_YET.split(), "not yet"),
    **dict.fromkeys(_NO_CONTACTS.split(), "always refused: no letter or short message is sent yet"),
    **dict.fromkeys(("redirectToSSO", "redirectToIdP"), "always refused: no single sign-on yet"),
    "getAuthMetadata": "answers that there is no OAuth 2.0 API",
}
"""operationId → reason."""
