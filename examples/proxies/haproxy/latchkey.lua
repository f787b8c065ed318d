-- Asks Latchkey whether a request is admitted. For HAProxy 2.6 and newer, which needs nothing else: no module, no agent.
--   http-request lua.latchkey <address> <rule>
-- An admitted request goes on, with the identity that Latchkey has told. Any other is answered here.

-- What concerns only the client's connection and body, which end here, and the name of the service.
local not_asked_with = {
  ["connection"] = true,
  ["content-length"] = true,
  ["expect"] = true,
  ["host"] = true,
  ["http2-settings"] = true,
  ["keep-alive"] = true,
  ["proxy-connection"] = true,
  ["te"] = true,
  ["trailer"] = true,
  ["transfer-encoding"] = true,
  ["upgrade"] = true,
}

-- Whether a header tells an application who was admitted. Underscores count as hyphens: services of the CGI family could
-- not tell Latchkey_User_Id, sent by a client, from our Latchkey-User-Id.
local function is_identity(name)
  local plain = name:lower():gsub("_", "-")
  if plain:sub(1, 8) == "latchkey" then return true end
  return plain:sub(1, 10) == "cf-access-" and plain:sub(1, 17) ~= "cf-access-client-"
end

-- What was asked for, in place of whatever the client says of that. Latchkey believes it if TRUST_PROXY names this proxy.
local function question(txn, headers)
  local asked = {}
  for name, values in pairs(headers) do
    -- All of them as they came: Latchkey refuses a credential header that is there twice.
    if not not_asked_with[name] then asked[name] = values end
  end
  asked["x-forwarded-host"] = { txn.f:req_fhdr("host") or "" }
  asked["x-forwarded-uri"] = { txn.f:pathq() or "/" }
  asked["x-forwarded-method"] = { txn.f:method() }
  asked["x-forwarded-for"] = { txn.f:src() }
  return asked
end

-- Validators of Cloudflare Access read assertions from this cookie as well: a client's own gets another name.
local function rename_cookie(txn, cookies)
  txn.http:req_del_header("cookie")
  for _, cookie in pairs(cookies) do
    txn.http:req_add_header("cookie", (cookie:gsub("CF_Authorization", "removed")))
  end
end

local function answer(txn, status, headers)
  local reply = txn:reply({ status = status })
  for _, name in ipairs({ "www-authenticate", "retry-after" }) do
    for _, value in pairs(headers[name] or {}) do reply:add_header(name, value) end
  end
  reply:add_header("cache-control", "no-store")
  txn:done(reply)
end

core.register_action("latchkey", { "http-req" }, function(txn, address, rule)
  local headers = txn.http:req_get_headers()
  local asked = question(txn, headers)
  for name in pairs(headers) do
    if is_identity(name) then txn.http:req_del_header(name) end
  end
  if headers["cookie"] then rename_cookie(txn, headers["cookie"]) end

  local url = "http://" .. address .. "/verify?" .. rule
  local decision = core.httpclient():get({ url = url, headers = asked })
  local told = decision.headers or {}
  if decision.status == 200 then
    for name, values in pairs(told) do
      -- What does not apply is empty, and does not reach the service at all.
      if is_identity(name) and values[0] ~= "" then txn.http:req_set_header(name, values[0]) end
    end
  elseif decision.status == 401 or decision.status == 403 then
    answer(txn, decision.status, told)
  elseif decision.status == 400 or decision.status == 500 then
    -- A rule that is misspelt, or a failure: not the client's fault.
    answer(txn, 500, {})
  else
    -- Without a decision nobody is admitted.
    answer(txn, 503, told)
  end
end, 2)
