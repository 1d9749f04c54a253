#!/usr/bin/env python3
"""Runs Autobahn's fuzzing client (PyPI 25.10.1, Python 2 source) under Python 3.12 or older.

    .venv-autobahn/bin/python Tests/Tools/autobahn.py URL FOLDER CASES [EXCLUDED]

    core     ws://127.0.0.1:9001/ws out '*' '12.*,13.*'         301 cases
    deflate  ABCOUNT=20 … out '12.*,13.*'                       216 cases

It needs a server that echoes. ABCOUNT=n is the number of messages of each case of 12.* and 13.*
(1,000 by default); ABDECLINED='13.3.,13.5.' names cases that the server may, and must, decline;
ABTIME=1 prints the time of each case; ABSLOW=1 keeps Autobahn's own loops over bytes; ABBUILD=DIR
is where the converted copy lies; ABHTML=1 writes its pages.

The last line is "AUTOBAHN cases=… pass=… … -> PASS|FAIL", and the exit code 0 or 1. It cannot see
whether unmasked frames are refused, which parameters the answer has, and whether a server ever
compresses: Tests/PulseWireTests, Tests/PulseServerTests and Tests/EndToEnd do.

The suite's texts are taken as latin-1 and converted where they meet autobahn, which wants bytes.
"""
import sys, os, re, shutil, subprocess, json, time, hashlib, warnings
warnings.filterwarnings('ignore')
# this file is called autobahn.py: without the next line `import autobahn` finds it instead of the package
_d = os.path.dirname(os.path.abspath(__file__)); sys.path[:] = [p for p in sys.path if os.path.abspath(p or '.') != _d]
HERE_FILE = os.path.abspath(__file__)
HERE = os.environ.get('ABBUILD', os.path.join(os.path.dirname(HERE_FILE), '../../.build/autobahn'))
def prepare():
    import sysconfig
    src = os.path.join(sysconfig.get_paths()['purelib'], 'autobahntestsuite')
    dst = os.path.join(HERE, 'autobahntestsuite')
    me = hashlib.sha1(open(os.path.abspath(__file__), 'rb').read()).hexdigest()
    if os.path.exists(dst + '/.ready') and open(dst + '/.ready').read() == me: return      # a changed script rebuilds its copy
    shutil.rmtree(dst, ignore_errors=True); os.makedirs(HERE, exist_ok=True)
    shutil.copytree(src, dst, ignore=shutil.ignore_patterns('__pycache__', 'wampcase', 'web'))
    for f in ('wamp*', 'wsperf*', 'wstest.py', 'testdb.py', 'testrun.py', 'echo.py', 'broadcast.py', 'massconnect.py', 'testee.py', 'serializer.py', 'r*.py', 'interfaces.py', 'spectemplate.py', 'choosereactor.py', 'util.py'):
        import glob
        for g in glob.glob(dst + '/' + f):
            if not g.endswith('report.py'): os.remove(g)
    subprocess.run([sys.executable, '-W', 'ignore', '-m', 'lib2to3', '-w', '-n', '--no-diffs', dst], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    def sub(fn, *prs):
        p = os.path.join(dst, fn); s = open(p).read()
        for a, b in prs:
            if a not in s: print('PATCH MISS', fn, a[:50])
            s = s.replace(a, b)
        open(p, 'w').write(s)
    open(dst + '/__init__.py', 'w').write("version='25.10.1'\n__version__=version\n")
    p = dst + '/fuzzing.py'; s = open(p).read()
    s = re.sub(r'def binLogData.*?class FuzzingProtocol:', '''def L(x):
   return x.decode('latin-1') if isinstance(x,(bytes,bytearray)) else x
def B(x):
   return x.encode('latin-1') if isinstance(x,str) else x
def hx(x):
   return binascii.b2a_hex(B(x)).decode('ascii')
def binLogData(data, maxlen = 64):
   return hx(data[:maxlen]) + (" ..." if len(data) > maxlen else "")
def asciiLogData(data, maxlen = 64, replace = False):
   try:
      return B(data[:maxlen]).decode('utf8', 'strict') + (" ..." if len(data) > maxlen else "")
   except Exception:
      return '0x' + binLogData(data, maxlen)
class FuzzingProtocol:
''', s, flags=re.S)
    s = s.replace("binascii.b2a_hex(frameHeader.mask)", "hx(frameHeader.mask)").replace("''.join(payload)", "b''.join(payload)")
    s = s.replace("self.runCase.onMessage(msg, binary)", "self.runCase.onMessage(L(msg), binary)").replace("self.runCase.onPong(payload)", "self.runCase.onPong(L(payload))")
    s = s.replace("class FuzzingClientProtocol(FuzzingProtocol, WebSocketClientProtocol):", '''class FuzzingClientProtocol(FuzzingProtocol, WebSocketClientProtocol):

   def sendFrame(self, opcode, payload = b'', fin = True, rsv = 0, mask = None, payload_len = None, chopsize = None, sync = False):
      if payload_len is not None:
         payload = (B(payload) * (payload_len // len(payload) + 1))[:payload_len] if payload_len else b""
         payload_len = None
      return WebSocketClientProtocol.sendFrame(self, opcode, B(payload), fin, rsv, B(mask), payload_len, chopsize, sync)

   def sendMessage(self, payload, isBinary = False, fragmentSize = None, sync = False, doNotCompress = False):
      return WebSocketClientProtocol.sendMessage(self, B(payload), isBinary, fragmentSize, sync, doNotCompress)

   def sendMessageFrameData(self, payload, sync = False):
      return WebSocketClientProtocol.sendMessageFrameData(self, B(payload), sync)

   def sendCloseFrame(self, code = None, reasonUtf8 = None, isReply = False):
      return WebSocketClientProtocol.sendCloseFrame(self, code, B(reasonUtf8), isReply)
''')
    s = s.replace('print("Running test case', '0 and print("Running test case').replace('print("Cases =', '0 and print("Cases =')
    s = s.replace("self.createReports()", "self.createReports(produceHtml = bool(os.environ.get('ABHTML')))")
    open(p, 'w').write(s)
    p = dst + '/report.py'; r = open(p).read(); open(p, 'w').write(r[:r.index('from interfaces import')].replace('import jinja2', ''))
    p = dst + '/case/case.py'; s = open(p).read()
    s = re.sub(r'return pickle.dumps\(obj1\) == pickle.dumps\(obj2\)', 'return obj1 == obj2', s); open(p, 'w').write(s)
    sub('case/case10_1_1.py', ("len(self.payload) / self.p", "len(self.payload) // self.p"))
    p = dst + '/case/case12_x_x.py'; s = open(p).read()
    s = s.replace("      payload = payload.decode('utf-8')\n", "      payload = U(payload)\n").replace('"COUNT": s[1]', '"COUNT": NMSG or s[1]')
    s = s.replace("def __init__(self, protocol):", "import functools\nNMSG = int(os.environ.get('ABCOUNT', '0'))\nU = functools.lru_cache(8)(lambda b: b.decode('utf-8'))\nRD = functools.lru_cache(8)(lambda f: open(f, 'rb').read())\n\ndef __init__(self, protocol):", 1)
    s = s.replace("self.testData = open(fn, 'rb').read()", "self.testData = RD(fn)")
    s = s.replace("(object, Case, )", "(Case, )").replace("msg = ''", "msg = '' if not self.TESTDATA['binary'] else b''")
    s = s.replace("def onMessage(self, msg, binary):\n", "def onMessage(self, msg, binary):\n   msg = msg.encode('latin-1')\n")
    open(p, 'w').write(s)
    import glob
    for p in glob.glob(dst + '/case/*.py'):
        s = o = open(p, encoding='utf8').read()
        s = ''.join(c if ord(c) < 128 else ''.join('\\x%02x' % b for b in c.encode('utf8')) for c in s)
        if 'b2a_hex' in s:
            s = s.replace('binascii.b2a_hex(', 'B2A(').replace('import binascii', "import binascii\nB2A = lambda x: binascii.b2a_hex(x.encode('latin-1') if isinstance(x, str) else x).decode()")
        s = re.sub(r'v\.validate\((.+?)\)\n', r"v.validate((\1).encode('latin-1'))\n", s)
        s = s.replace('from zope.interface import implements', 'implements = lambda *a: None')
        s = s.replace('(object, Case, )', '(Case, )').replace('(object, Case)', '(Case, )')
        if s != o: open(p, 'w').write(s)
    open(dst + '/.ready', 'w').write(me)
def speedup():
    """same results, C speed: the pure-Python XOR and UTF-8 loops of autobahn 0.10.9 make 9.*, 12.*, 13.* take an hour"""
    import autobahn.websocket.protocol as P, autobahn.websocket.utf8validator as U
    class Xor:
        def __init__(self, mask): self.ptr = 0; self.msk = bytes(mask)
        def pointer(self): return self.ptr
        def reset(self): self.ptr = 0
        def process(self, data):
            n = len(data); k = self.ptr & 3; self.ptr += n
            m = ((self.msk[k:] + self.msk[:k]) * (n // 4 + 1))[:n]
            return (int.from_bytes(data, 'little') ^ int.from_bytes(m, 'little')).to_bytes(n, 'little')
    P.createXorMasker = lambda mask, length=None: Xor(mask)
    V = U.Utf8Validator; slow = V.validate
    def validate(self, ba):
        if self.state == 0:                     # on a code point boundary
            try: bytes(ba).decode('utf-8')
            except UnicodeDecodeError: return slow(self, ba)
            self.i += len(ba); return True, True, len(ba), self.i
        return slow(self, ba)
    V.validate = validate
def main():
    prepare(); sys.path.insert(0, HERE)
    for m in [m for m in sys.modules if m.startswith('autobahntestsuite')]: del sys.modules[m]
    url, out, cases = sys.argv[1:4]; ex = sys.argv[4].split(',') if len(sys.argv) > 4 and sys.argv[4] else []
    from twisted.internet import epollreactor; epollreactor.install()
    from twisted.internet import reactor
    import txaio; txaio.use_twisted()
    if not os.environ.get('ABSLOW'): speedup()
    from autobahntestsuite import fuzzing
    jd = json.dumps; json.dumps = lambda *a, **k: jd(*a, default=lambda o: o.decode('latin-1') if isinstance(o, bytes) else str(o), **k)
    spec = {"outdir": out, "servers": [{"agent": "s", "url": url, "options": {"version": 18}}], "cases": cases.split(','), "exclude-cases": ex, "exclude-agent-cases": {}}
    shutil.rmtree(out, ignore_errors=True)
    t = time.time(); fuzzing.startClient(spec); reactor.run()
    r = json.load(open(out + '/index.json'))['s']; n = {}
    bad = []; closebad = []
    for k, v in r.items():
        n[v['behavior']] = n.get(v['behavior'], 0) + 1
        if v['behavior'] not in ('OK', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED'): bad.append(k)
        elif v['behaviorClose'] not in ('OK', 'INFORMATIONAL') and v['behavior'] != 'UNIMPLEMENTED': closebad.append(k + ':' + v['behaviorClose'])
    if os.environ.get('ABTIME'): print('\n'.join('time %s %d ms' % (k, v['duration']) for k, v in r.items()))
    key = lambda s: [int(x) for x in s.split(':')[0].split('.')]
    print('failed:', ' '.join(sorted(bad, key=key))); print('close:', ' '.join(sorted(closebad, key=key)))
    print('non-strict:', ' '.join(sorted([k for k, v in r.items() if v['behavior'] == 'NON-STRICT'], key=key)))
    g = n.get
    # A server that negotiates no permessage-deflate gives UNIMPLEMENTED for all of 12.*, 13.*, which is not a pass.
    declined = tuple(x for x in os.environ.get('ABDECLINED', '').split(',') if x)
    odd = [k for k, v in r.items() if (v['behavior'] == 'UNIMPLEMENTED') != k.startswith(declined)] if declined or g('UNIMPLEMENTED', 0) else []
    if odd: print('declined or accepted against expectation:', ' '.join(sorted(odd, key=key)))
    wrong = bad or closebad or not r or odd
    print('AUTOBAHN cases=%d pass=%d nonstrict=%d info=%d unimpl=%d fail=%d closefail=%d time=%.1fs -> %s' % (len(r), g('OK', 0), g('NON-STRICT', 0), g('INFORMATIONAL', 0), g('UNIMPLEMENTED', 0), len(bad), len(closebad), time.time() - t, 'FAIL' if wrong else 'PASS'))
    sys.exit(1 if wrong else 0)
main()
