/** Text that people's logs hold, and the part of it that must not get out. */
export const PLANTED = [
  ['https://alice:hunter2secret@proxy.example/x', 'hunter2secret'],
  ['http2: Transport encoding header "authorization" = "Basic c2VjcmV0OnNlY3JldA=="', 'c2VjcmV0OnNlY3JldA'],
  ['Authorization: Bearer abc.def.ghi-secret', 'abc.def.ghi-secret'],
  ['Proxy-Authorization: Basic cHJveHlzZWNyZXQ=', 'cHJveHlzZWNyZXQ'],
  ['Cookie: session=cookiesecret1; other=2', 'cookiesecret1'],
  ['Set-Cookie: id=setcookiesecret', 'setcookiesecret'],
  ['machine proxy.example login bob password netrcsecret', 'netrcsecret'],
  ['machine proxy.example login bob password in-netrcsecret', 'in-netrcsecret'],
  ['machine proxy.example account acme login carolyn password x', 'carolyn'],
  ['GITHUB_TOKEN=plainsecretvalue', 'plainsecretvalue'],
  ['"CI_JOB_TOKEN=jobsecretvalue"', 'jobsecretvalue'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijklmnopqrstuvwxyz'],
  ['glpat-AbCdEfGhIjKlMnOpQrSt', 'AbCdEfGhIjKl'],
  ['//registry.example/:_authToken=npmsecretvalue', 'npmsecretvalue'],
  ['https://store.example/a.zip?X-Amz-Signature=querysecret&x=1', 'querysecret'],
  [
    '-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk\\n-----END OPENSSH PRIVATE KEY-----',
    'b3BlbnNzaC1rZXk',
  ],
  ['/home/alice/go/pkg/mod', 'alice'],
  ['/Users/alice/go/pkg/mod', 'alice'],
] as const;
