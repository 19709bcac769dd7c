-- all_members: the ids of all members
SELECT id FROM members WHERE organization_id = %(organization_id)s ORDER BY id;

-- holds_invitation: whether this is the digest of the member's newest invitation
SELECT EXISTS (SELECT FROM member_profiles WHERE organization_id = %(organization_id)s AND member_id = %(member_id)s
               AND invitation_digest = %(digest)s);

-- invitation: an invitation that is good, by its digest
SELECT m.role, p.address, p.name, p.invitation_expires_at, o.name
FROM member_profiles p
JOIN members m ON m.organization_id = p.organization_id AND m.id = p.member_id AND m.person_id IS NULL
LEFT JOIN organizations o ON o.id = p.organization_id
WHERE p.organization_id = %(organization_id)s AND p.member_id = %(member_id)s AND p.invitation_digest = %(digest)s
    AND p.invitation_expires_at > now();
