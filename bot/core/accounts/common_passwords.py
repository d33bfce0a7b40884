"""What people choose when they are asked for a password, in French and in English: the blocklist's words and keyboard runs.

Written in plain lower-case letters, as `passwords` folds a password before it looks here. The usual suspects of yearly published
lists, and the words of this trade. A passphrase of several words may hold one of them; a password made of nothing else may not.
"""

from __future__ import annotations

_WORDS = """
password passwort motdepasse mdp secret secrete code codes login logon connexion acces access admin administrator administrateur
root user utilisateur guest invite test tests testing default defaut changeme change letmein welcome bienvenue bonjour hello
salut allo bonsoir merci please ouvretoi sesame master maitre super superman batman naruto pokemon pikachu dragon monkey singe
football soccer hockey baseball basketball canadiens nordiques habs leafs oilers jordan michael nicolas julien thomas camille
charlie donald jessica jennifer daniel michel pierre jean marie martin robert tremblay gagnon maxime alexandre sophie isabelle
nathalie sylvie melanie caroline princess princesse prince sunshine soleil shadow ombre flower fleur chocolat chocolate cookie
biscuit doudou loulou chouchou cheri cherie amour love iloveyou jetaime jetadore toujours forever family famille maison home
house secretary bureau office company compagnie entreprise business canada quebec montreal toronto ottawa laval quebecois
canadian ontario paris marseille france london computer ordinateur internet google facebook windows samsung iphone orange banane
banana pomme apple coucou cheval horse chat chien dog cat poney nirvana metallica starwars matrix whatever trustno killer
freedom liberte hunter ranger mustang ferrari porsche mercedes toyota honda summer winter spring autumn printemps automne hiver
ete january february monday lundi vendredi friday janvier fevrier decembre december autopro desk service services transport
transports trucking truck camion camionnage freight fret cargo shipping shipment expedition livraison delivery client customer
probill trace tracing reperage dispatch logistics logistique kingsway carrier transporteur my mon new nouveau nouvelle
"""

WORDS: frozenset[str] = frozenset(_WORDS.split())

RUNS: tuple[str, ...] = (
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
