"""Operations of the client-server API that Depesha does not offer, and why.

An operation leaves this table when its endpoint comes; `tests/house/test_spec.py` holds both
to each other.
"""

from collections.abc import Mapping

_NOT_YET = """
    getAccountData setAccountData getAccountDataPerRoom setAccountDataPerRoom
    deactivateAccount
    getWhoIs getAdminSuspendUser setAdminSuspendUser getAdminLockUser setAdminLockUser
    getAccount3PIDs post3PIDs add3PID bind3PID delete3pidFromAccount unbind3pidFromAccount
    requestTokenTo3PIDEmail requestTokenTo3PIDMSISDN
    pingAppservice updateAppserviceRoomDirectoryVisibility
    getContentAuthed getContentOverrideNameAuthed getContentThumbnailAuthed getUrlPreviewAuthed
    getConfigAuthed uploadContent uploadContentToMXC createContent getContent
    getContentOverrideName getContentThumbnail getUrlPreview getConfig
    ban unban kick knockRoom leaveRoom forgetRoom inviteUser joinRoomById joinRoom
    getCapabilities getVersions getWellknown getWellknownSupport getWellknownPolicy
    createRoom upgradeRoom redactEvent sendMessage setRoomStateWithKey
    uploadCrossSigningKeys uploadCrossSigningSignatures
    getDevices getDevice updateDevice deleteDevice deleteDevices
    getRoomIdByAlias setRoomAlias deleteRoomAlias getLocalAliases
    getEventContext getEventByTimestamp getRoomEvents
    defineFilter getFilter
    getRoomKeysVersionCurrent postRoomKeysVersion getRoomKeysVersion putRoomKeysVersion
    deleteRoomKeysVersion getRoomKeyBySessionId putRoomKeyBySessionId deleteRoomKeyBySessionId
    getRoomKeysByRoomId putRoomKeysByRoomId deleteRoomKeysByRoomId getRoomKeys putRoomKeys
    deleteRoomKeys uploadKeys queryKeys claimKeys getKeysChanges sendToDevice
    getJoinedRooms getRoomVisibilityOnDirectory setRoomVisibilityOnDirectory getPublicRooms
    queryPublicRooms getMutualRooms getRoomSummary getSpaceHierarchy
    getLoginFlows login generateLoginToken logout logout_all refresh register
    requestTokenToRegisterEmail requestTokenToRegisterMSISDN checkUsernameAvailability
    registrationTokenValidity changePassword requestTokenToResetPasswordEmail
    requestTokenToResetPasswordMSISDN getTokenOwner requestOpenIdToken
    getNotifications getPushers postPusher getPushRules getPushRulesGlobal getPushRule
    setPushRule deletePushRule isPushRuleEnabled setPushRuleEnabled getPushRuleActions
    setPushRuleActions
    getAuthMetadata redirectToSSO redirectToIdP
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

ABSENT: Mapping[str, str] = {
    **dict.fromkeys(_NOT_YET.split(), "not yet"),
}
"""operationId → reason."""
